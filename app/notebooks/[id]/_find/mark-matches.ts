/** Marks matches in the text editors that are on the page, and in what is only read. Knows nothing of React. */
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";
import type { Match } from "./find-matches";

const setMarks = StateEffect.define<DecorationSet>();
const plain = Decoration.mark({ class: "cm-found" });
const current = Decoration.mark({ class: "cm-found cm-found-now" });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMarks)) return effect.value;
    return value.map(transaction.changes);
  },
  provide: (self) => EditorView.decorations.from(self),
});
const looks: Extension = [
  field,
  EditorView.theme({
    ".cm-found": { backgroundColor: "var(--waiting-wash)", outline: "1px solid var(--waiting)", borderRadius: "2px" },
    ".cm-found-now": { backgroundColor: "var(--waiting)", color: "var(--page)" },
    ".cm-found-now *": { color: "inherit !important" },
  }),
];

function viewsOnPage(): readonly { readonly cell: string; readonly view: EditorView }[] {
  return [...document.querySelectorAll<HTMLElement>("[data-cell] .cm-editor")].flatMap((dom) => {
    const view = EditorView.findFromDOM(dom);
    const cell = dom.closest<HTMLElement>("[data-cell]")?.dataset["cell"];
    return view && cell !== undefined ? [{ cell, view }] : [];
  });
}

export function markMatches(matches: readonly Match[], now: Match | undefined): void {
  const byCell = Map.groupBy(matches, ({ cell }) => cell);
  for (const { cell, view } of viewsOnPage()) {
    const known = view.state.field(field, false) !== undefined;
    const own = (byCell.get(cell) ?? []).filter(({ to }) => to <= view.state.doc.length);
    if (own.length === 0 && (!known || view.state.field(field).size === 0)) continue;
    const marks = Decoration.set(own.map((match) => (match === now ? current : plain).range(match.from, match.to)));
    view.dispatch({ effects: known ? setMarks.of(marks) : [StateEffect.appendConfig.of(looks), setMarks.of(marks)] });
  }
}

/** Brings a match before the eyes; the focus stays where it is. */
export function showMatch(match: Match, nth: number, text: string): void {
  const element = document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(match.cell)}"]`);
  if (!element) return;
  const dom = element.querySelector<HTMLElement>(".cm-editor");
  const view = dom && EditorView.findFromDOM(dom);
  if (view && match.to <= view.state.doc.length) {
    view.dispatch({ selection: { anchor: match.from, head: match.to } });
    const line = view.domAtPos(match.from).node;
    (line instanceof HTMLElement ? line : line.parentElement)?.closest(".cm-line")?.scrollIntoView({ block: "center" });
    markRead([]);
    return;
  }
  const range = findText(element, text, nth);
  (range?.startContainer.parentElement ?? element).scrollIntoView({ block: "center" });
  markRead(range ? [range] : []);
}

/** In text that is read there are no editors to mark it in. */
export function markRead(ranges: readonly Range[]): void {
  if (!("highlights" in CSS)) return;
  if (ranges.length === 0) CSS.highlights.delete("heddle-found");
  else CSS.highlights.set("heddle-found", new Highlight(...ranges));
}

function findText(element: HTMLElement, text: string, nth: number): Range | undefined {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = nth;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest(".static-code-numbers, [role='toolbar']")) continue;
    const value = node.nodeValue ?? "";
    for (let at = value.indexOf(text); at >= 0; at = value.indexOf(text, at + 1)) {
      if (left-- > 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + text.length);
      return range;
    }
  }
  return undefined;
}

/** Calls back when editors come to the page while one looks: they are to be marked too. */
export function watchEditors(onChange: () => void): () => void {
  let count = document.querySelectorAll("[data-cell] .cm-editor").length;
  const observer = new MutationObserver(() => {
    const next = document.querySelectorAll("[data-cell] .cm-editor").length;
    if (next === count) return;
    count = next;
    onChange();
  });
  const main = document.getElementById("main");
  if (main) observer.observe(main, { childList: true, subtree: true });
  return () => observer.disconnect();
}
