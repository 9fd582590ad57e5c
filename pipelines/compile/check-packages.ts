/** Imports and `dependencies` against the packages of the environment. */
import type { FrontMatter } from "../notebook/front-matter";
import type { CellAnalysis } from "./analyse-cell";
import { placeInFrontMatter, placeInSource, type Located, type Reporter } from "./reporter";

type Packages = readonly string[] | undefined;

export function checkImports(cell: Located, analysis: CellAnalysis, packages: Packages, reporter: Reporter): void {
  for (const { from } of analysis.units) {
    if (!from) continue;
    const { module } = from;
    const refuse = (message: string) => {
      reporter.bar(cell);
      reporter.report("unsupported-syntax", placeInSource(cell, from), message);
    };
    if (/^(?:\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+.-]*:)/i.test(module) && !module.startsWith("node:")) {
      refuse(`A notebook is one file: it cannot import "${module}". Import a package, a node: module or "heddle".`);
    } else if (packages && module !== "heddle" && !module.startsWith("node:") && !packages.includes(packageOf(module))) {
      refuse(`The environment has no package "${packageOf(module)}". ${listPackages(packages)}`);
    }
  }
}

export function checkDependencies(front: FrontMatter, packages: Packages, reporter: Reporter): void {
  if (!packages) return;
  for (const name of Object.keys(front.dependencies)) {
    const place = front.dependencyPlaces[name];
    if (place && !packages.includes(name)) {
      reporter.report("bad-header", placeInFrontMatter(place), `The environment has no package "${name}". ${listPackages(packages)}`);
    }
  }
}

function listPackages(packages: readonly string[]): string {
  return `It has: ${[...packages].sort().join(", ") || "none"}. Environments of a notebook's own come later.`;
}

/** "@scope/name/deep" → "@scope/name". */
function packageOf(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}
