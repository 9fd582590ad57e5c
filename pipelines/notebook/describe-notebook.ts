/** What a list of notebooks shows of one. */
import { readFrontMatter } from "./front-matter";
import type { Notebook } from "./notebook";

/** The title is the front matter's, else the first markdown heading, else the first cell title. */
export function describeNotebook(notebook: Notebook): { title: string | undefined; description: string | undefined } {
  const front = readFrontMatter(notebook.frontMatter);
  return {
    title: front.title ?? findHeading(notebook) ?? notebook.cells.find((cell) => cell.title !== "")?.title,
    description: front.description,
  };
}

function findHeading(notebook: Notebook): string | undefined {
  for (const cell of notebook.cells) {
    if (cell.kind !== "markdown") continue;
    for (const line of cell.source.split("\n")) {
      const heading = /^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/.exec(line)?.[1]?.trim();
      if (heading) return heading;
    }
  }
  return undefined;
}
