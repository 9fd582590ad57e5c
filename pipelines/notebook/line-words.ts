/** How people are told a place in a cell. Line 0 is the `// %%` line itself: an error in `each=` or `when=` stands there. */
export function lineWords(line: number): string {
  return line === 0 ? "header" : `line ${line}`;
}
