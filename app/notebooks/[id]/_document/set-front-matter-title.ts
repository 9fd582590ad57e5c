/** Front matter with another title; the other lines stay as they are written. */
export function setFrontMatterTitle(frontMatter: string | undefined, title: string): string {
  const line = `title: ${needsQuotes(title) ? JSON.stringify(title) : title}`;
  if (frontMatter === undefined || frontMatter.trim() === "") return line;
  const lines = frontMatter.split("\n");
  const at = lines.findIndex((each) => /^title\s*:/.test(each));
  return at < 0 ? [line, ...lines].join("\n") : lines.with(at, line).join("\n");
}

/** Whether YAML would read the text as something other than these words. */
function needsQuotes(text: string): boolean {
  return !/^[\p{L}][\p{L}\p{N} _.,()/+&–—-]*$/u.test(text) || /^(true|false|null|yes|no|on|off|~)$/i.test(text) || /\s$/.test(text);
}
