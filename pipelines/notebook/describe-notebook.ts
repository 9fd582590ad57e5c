/** What a list of notebooks shows of one. */
import { readFrontMatter } from "./front-matter";
import type { Notebook } from "./notebook";

/** The title is the front matter's, else the heading the notebook opens with. Titles of cells name parts, not the whole. */
export function describeNotebook(notebook: Notebook): { title: string | undefined; description: string | undefined } {
  const front = readFrontMatter(notebook.frontMatter);
  return {
    title: front.title ?? findOpeningHeading(notebook),
    description: front.description,
  };
}

function findOpeningHeading({ cells: [first] }: Notebook): string | undefined {
  if (first?.kind !== "markdown") return undefined;
  const opening = first.source.split("\n").find((line) => line.trim() !== "") ?? "";
  return /^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/.exec(opening)?.[1]?.trim();
}
