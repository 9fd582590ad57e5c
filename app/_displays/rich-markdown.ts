/** Draws what Markdown says in other languages: formulas and diagrams. Each library comes with the first text that needs it. */

export function isRich(html: string): boolean {
  return html.includes("data-math=") || html.includes('class="language-mermaid"');
}

let diagrams = 0;

/** Calls that are out of date (`isStale`) leave the page alone. What cannot be drawn stays as it was written, with the reason. */
export async function drawRich(root: HTMLElement, isStale: () => boolean): Promise<void> {
  const formulas = [...root.querySelectorAll<HTMLElement>("[data-math]:not([data-drawn])")];
  const fences = [...root.querySelectorAll<HTMLElement>("pre > code.language-mermaid")];
  await Promise.all([formulas.length > 0 && drawFormulas(formulas, isStale), fences.length > 0 && drawDiagrams(fences, isStale)]);
}

async function drawFormulas(formulas: readonly HTMLElement[], isStale: () => boolean): Promise<void> {
  const { renderFormula } = await import("./render-formula");
  if (isStale()) return;
  for (const element of formulas) {
    const text = element.textContent;
    element.dataset["drawn"] = "";
    renderFormula(text, element, element.dataset["math"] === "display");
  }
}

async function drawDiagrams(fences: readonly HTMLElement[], isStale: () => boolean): Promise<void> {
  const { default: mermaid } = await import("mermaid");
  const isDark =
    document.documentElement.dataset["theme"] === "dark" ||
    (document.documentElement.dataset["theme"] !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  // Strict: no HTML in labels, no links that run code. What it draws is cleaned by Mermaid's own DOMPurify.
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: isDark ? "dark" : "neutral",
    fontFamily: "inherit",
    htmlLabels: false,
    flowchart: { htmlLabels: false },
  });
  for (const code of fences) {
    const before = code.parentElement!;
    const text = code.textContent;
    try {
      await mermaid.parse(text);
      const { svg } = await mermaid.render(`heddle-diagram-${++diagrams}`, text);
      if (isStale() || !before.isConnected) return;
      const figure = document.createElement("figure");
      figure.dataset["diagram"] = "";
      figure.setAttribute("role", "img");
      figure.setAttribute("aria-label", `Diagram: ${text.trim().split("\n")[0]!.slice(0, 80)}`);
      figure.innerHTML = svg;
      before.replaceWith(figure);
    } catch (error) {
      if (isStale() || !before.isConnected || before.dataset["fault"] !== undefined) continue;
      before.dataset["fault"] = "";
      const fault = document.createElement("p");
      fault.setAttribute("role", "note");
      fault.dataset["diagramFault"] = "";
      fault.textContent = `This diagram cannot be drawn: ${String((error as Error).message).split("\n")[0]}`;
      before.after(fault);
    }
  }
}
