/**
 * `$…$` and `$$…$$` in Markdown: left as text in elements of their own, which rich-markdown.ts draws when there are any. As
 * Pandoc has it: no space behind the first dollar or before the last, and no digit after it, so that prices stay prices.
 */
import type MarkdownIt from "markdown-it";

type Markdown = InstanceType<typeof MarkdownIt>;

export function markdownMath(markdown: Markdown): void {
  const escape = markdown.utils.escapeHtml;
  markdown.inline.ruler.before("escape", "math", (state, silent) => {
    const { src, pos, posMax } = state;
    if (src[pos] !== "$") return false;
    const fence = src.startsWith("$$", pos) ? "$$" : "$";
    const start = pos + fence.length;
    if (fence === "$" && (src[start] === undefined || /\s/.test(src[start]))) return false;
    let end = start;
    for (;;) {
      end = src.indexOf(fence, end);
      if (end < 0 || end >= posMax) return false;
      if (src[end - 1] === "\\") end += fence.length;
      else break;
    }
    const text = src.slice(start, end);
    if (text.trim() === "") return false;
    if (fence === "$" && (/\s$/.test(text) || /\d/.test(src[end + 1] ?? "") || text.includes("\n\n"))) return false;
    if (!silent) {
      const token = state.push("math", "span", 0);
      token.content = text.trim();
      token.meta = { display: fence === "$$" };
    }
    state.pos = end + fence.length;
    return true;
  });
  markdown.block.ruler.before(
    "fence",
    "math",
    (state, startLine, endLine, silent) => {
      const lineText = (line: number) => state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]);
      if (lineText(startLine).trim() !== "$$") return false;
      let line = startLine + 1;
      while (line < endLine && lineText(line).trim() !== "$$") line++;
      if (line >= endLine) return false;
      if (!silent) {
        const token = state.push("math", "div", 0);
        token.content = state.getLines(startLine + 1, line, state.blkIndent, false).trim();
        token.meta = { display: true };
        token.block = true;
      }
      state.line = line + 1;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
  markdown.renderer.rules["math"] = (tokens, index) => {
    const { content, tag, meta } = tokens[index]!;
    const isDisplay = (meta as { display: boolean }).display;
    return `<${tag} data-math="${isDisplay ? "display" : "inline"}">${escape(content)}</${tag}>`;
  };
}
