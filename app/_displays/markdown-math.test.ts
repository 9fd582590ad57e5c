import MarkdownIt from "markdown-it";
import { expect, test } from "vitest";
import { markdownMath } from "./markdown-math";
import { countNodes, searchTree } from "./search-tree";

const render = (text: string) => new MarkdownIt().use(markdownMath).render(text).trim();

test.each([
  ["a $x^2$ b", '<p>a <span data-math="inline">x^2</span> b</p>'],
  ["$$\\sum x$$", '<p><span data-math="display">\\sum x</span></p>'],
  ["$$\na < b\n$$", '<div data-math="display">a &lt; b</div>'],
  ["costs $5 and $6", "<p>costs $5 and $6</p>"],
  ["a $ b $ c", "<p>a $ b $ c</p>"],
  ["\\$x$", "<p>$x$</p>"],
  ["`$x$`", "<p><code>$x$</code></p>"],
  ["$x", "<p>$x</p>"],
  ["$<img src=x>$", '<p><span data-math="inline">&lt;img src=x&gt;</span></p>'],
])("%s", (text, html) => expect(render(text)).toBe(html));

test("a value is searched by keys and by leaves, with paths as one writes them", () => {
  const value = { model: { layers: [{ units: 3, "odd key": "relu" }] }, note: "three" };
  expect(searchTree(value, "RELU")).toEqual([{ path: 'model.layers[0]["odd key"]', value: "relu" }]);
  expect(searchTree(value, "units")).toEqual([{ path: "model.layers[0].units", value: 3 }]);
  expect(searchTree(value, "layers")).toHaveLength(2);
  expect(searchTree("plain", "lai")).toEqual([{ path: "value", value: "plain" }]);
  expect(
    searchTree(
      Array.from({ length: 5000 }, () => "x"),
      "x",
    ),
  ).toHaveLength(200);
  expect(countNodes(value)).toBe(7);
  expect(countNodes(Array.from({ length: 5000 }, () => 1))).toBe(1000);
});
