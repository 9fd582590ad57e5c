/**
 * What a notebook wants to import: the `dependencies` of its front matter, npm name → version range. What it gets is the lock
 * that server/environment makes of it. Neighbours: set-dependency.ts (changes it), find-imports.ts (what cells import).
 */
import { readFrontMatter } from "../notebook/front-matter";

export type Wish = Readonly<Record<string, string>>;

const namePattern = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
/** Versions, ranges and tags of a registry; no addresses, files or aliases. */
const rangePattern = /^(?:[\d.*xX^~<>=|\s-]|v(?=\d)|[+-][\w.-]+)+$|^[a-zA-Z][\w.-]*$/;
export const mostDependencies = 100;

/** What is wrong with one entry, and what to write instead; undefined: nothing. */
export function findDependencyFault(name: string, range: string): string | undefined {
  if (name.length > 214 || !namePattern.test(name) || name === "node_modules")
    return `"${name.slice(0, 100)}" is no name of an npm package.`;
  if (name === "heddle") return `"heddle" is there by itself: take it out of the dependencies.`;
  if (range.length > 100 || !rangePattern.test(range.trim()))
    return `"${range.slice(0, 100)}" is no version of "${name}" in a registry: write one such as 1.2.3, ^1.2.3, or latest. Addresses and files are not installed.`;
  return undefined;
}

/** Of a notebook's front matter; what is wrong with it is left out (the compiler says so). */
export function readWish(frontMatter: string | undefined): Wish {
  const { dependencies } = readFrontMatter(frontMatter);
  const sound = Object.entries(dependencies).filter(([name, range]) => findDependencyFault(name, range) === undefined);
  return Object.fromEntries(
    sound
      .slice(0, mostDependencies)
      .map(([name, range]) => [name, range.trim()] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Two wishes with the same text are the same wish; "" wants nothing. */
export function wishText(wish: Wish): string {
  const entries = Object.entries(wish);
  return entries.length === 0 ? "" : JSON.stringify(entries);
}
