/**
 * A notebook of 300 cells, each reading two before it: milliseconds from the start of the navigation until a letter typed
 * into its second cell is to be seen, and until all cells are in the page. The hand that types clicks as soon as the cell is
 * there. Floor: the same with two cells.
 */
import type { BrowserContext } from "@playwright/test";
import type { Measurement } from "./bench";
import { median } from "./median";
import { withPages } from "./page-ground";

const cells = 300;
const rounds = 7;

interface Times {
  readonly cells: number;
  readonly typed: number;
}

export function run(): Promise<Measurement[]> {
  return withPages(async ({ context, mutate }) => {
    const make = (count: number) =>
      mutate<{ id: string }>("notebook.import", { fileName: `cells-${count}.ts`, text: writeNotebook(count) });
    const large = await make(cells);
    const small = await make(2);
    const times: Times[] = [];
    const floors: Times[] = [];
    for (let round = 0; round <= rounds; round++) {
      const [a, b] = [await open(context, large.id, cells), await open(context, small.id, 2)];
      // The first one fills the browser's cache.
      if (round === 0) continue;
      times.push(a);
      floors.push(b);
    }
    return (["typed", "cells"] as const).map((what) => {
      const value = median(times.map((each) => each[what]));
      const floor = median(floors.map((each) => each[what]));
      return {
        name: what === "typed" ? "notebook300" : `notebook300-${what}`,
        value,
        unit: "ms",
        floor,
        ratio: Number((value / floor).toPrecision(3)),
      };
    });
  });
}

async function open(context: BrowserContext, id: string, count: number): Promise<Times> {
  const page = await context.newPage();
  await page.addInitScript((count) => {
    const seen: { cells?: number; typed?: number } = ((globalThis as { seen?: object }).seen = {});
    new MutationObserver(() => {
      const cells = document.querySelectorAll("[data-cell]");
      if (cells.length >= count) seen.cells ??= performance.now();
      if (seen.typed === undefined && cells[1]?.querySelector(".cm-content")?.textContent?.includes("zq")) seen.typed = performance.now();
    }).observe(document, { childList: true, subtree: true, characterData: true });
  }, count);
  await page.goto(`/notebooks/${id}`, { waitUntil: "commit" });
  // Something above may come late and push the cell away from under the pointer: then the hand goes after it.
  for (let focused = false; !focused;) {
    const box = await page
      .waitForFunction(() => {
        const box = document.querySelectorAll("[data-cell]")[1]?.querySelector(".static-code, .cm-content")?.getBoundingClientRect();
        return box && box.height > 10 ? { x: box.x, y: box.y } : undefined;
      })
      .then((handle) => handle.jsonValue());
    await page.mouse.click(box!.x + 80, box!.y + 14);
    focused = await page
      .locator(".cm-content:focus")
      .waitFor({ timeout: 500 })
      .then(
        () => true,
        () => false,
      );
  }
  await page.keyboard.type("zq");
  const times = await page.waitForFunction(() => {
    const { seen } = globalThis as { seen?: Partial<Times> };
    return seen?.typed !== undefined && seen.cells !== undefined ? (seen as Times) : undefined;
  });
  const { cells, typed } = (await times.jsonValue())!;
  await page.close();
  return { cells: Math.round(cells), typed: Math.round(typed) };
}

function writeNotebook(count: number): string {
  const parts = ["// %% Settings\nconst rate = 0.1;\n"];
  for (let n = 0; n < count - 1; n++) {
    const sources = n === 0 ? "[{ id: 0, value: 1 }]" : `[...rows${n - 1}, ...rows${Math.floor(n / 2)}].slice(0, 100)`;
    parts.push(
      `// %% Task ${n}${n % 10 === 9 ? " retries=2" : ""}\n` +
        `import { metric } from "heddle";\n` +
        `const rows${n}: { id: number; value: number }[] = ${sources}.map((row, index) => ({ id: index, value: row.value * rate }));\n` +
        `const mean${n} = rows${n}.reduce((sum, row) => sum + row.value, 0) / rows${n}.length;\n` +
        `for (let step = 0; step < 10; step++) {\n  const loss = Math.exp(-step * rate) + mean${n};\n  metric("loss", loss, { step });\n}\n` +
        `({ id: ${n}, mean: mean${n} });\n`,
    );
  }
  return parts.join("\n");
}
