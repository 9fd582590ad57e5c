/** Markdown of doc comments → nodes: paragraphs, lists of words, code. Text only ever becomes text. */
export function markdownToNodes(text: string): readonly Node[] {
  const nodes: Node[] = [];
  for (const part of text.split(/^```\w*\n([\s\S]*?)^```$/m).map((piece, index) => ({ piece, isCode: index % 2 === 1 }))) {
    if (part.isCode) {
      const pre = document.createElement("pre");
      pre.textContent = part.piece.trimEnd();
      nodes.push(pre);
      continue;
    }
    for (const paragraph of part.piece.split(/\n{2,}/)) {
      if (paragraph.trim() === "") continue;
      const p = document.createElement("p");
      p.append(...inline(paragraph.trim()));
      nodes.push(p);
    }
  }
  return nodes;
}

function inline(text: string): readonly (Node | string)[] {
  // Code, emphasis, links (of which only the words are kept), line ends.
  return text.split(/(`[^`\n]+`|\*\*?[^*\n]+\*\*?|\[[^\]\n]*\]\([^)\n]*\)|\n)/).map((piece) => {
    if (piece === "\n") return document.createElement("br");
    const [, code] = /^`(.+)`$/.exec(piece) ?? [];
    if (code !== undefined) return element("code", code);
    const [, strong] = /^\*\*?(.+?)\*\*?$/.exec(piece) ?? [];
    if (strong !== undefined) return element("em", strong);
    return /^\[([^\]]*)\]\(/.exec(piece)?.[1] ?? piece;
  });
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
