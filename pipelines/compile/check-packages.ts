/** Imports against the packages of the environment, and `dependencies`, which add to it. */
import { findDependencyFault, mostDependencies } from "../environment/wish";
import { isPackage, packageOf } from "../environment/package-of";
import type { FrontMatter } from "../notebook/front-matter";
import type { CellAnalysis } from "./analyse-cell";
import { placeInFrontMatter, placeInSource, type Located, type Reporter } from "./reporter";

/** What cells can import. */
type Packages = readonly string[] | undefined;

export function checkImports(cell: Located, analysis: CellAnalysis, packages: Packages, reporter: Reporter): void {
  for (const { from } of analysis.units) {
    if (!from) continue;
    const { module } = from;
    const refuse = (message: string) => {
      reporter.bar(cell);
      reporter.report("unsupported-syntax", placeInSource(cell, from), message);
    };
    if (module === "heddle" || module.startsWith("node:")) continue;
    if (!isPackage(module)) {
      refuse(`A notebook is one file: it cannot import "${module}". Import a package, a node: module or "heddle".`);
    } else if (packages && !packages.includes(packageOf(module))) {
      refuse(missingPackage(packageOf(module)));
    }
  }
}

const missingStart = "This notebook has no package ";

function missingPackage(name: string): string {
  return `${missingStart}"${name}": add it under Packages (or to the dependencies of the front matter), or import another.`;
}

/** The package that a diagnostic misses: what the editor offers to add. */
export function missingPackageOf(message: string): string | undefined {
  return message.startsWith(missingStart) ? /^"([^"]+)"/.exec(message.slice(missingStart.length))?.[1] : undefined;
}

export function checkDependencies(front: FrontMatter, reporter: Reporter): void {
  const entries = Object.entries(front.dependencies);
  for (const [index, [name, range]] of entries.entries()) {
    const place = front.dependencyPlaces[name];
    const fault =
      index >= mostDependencies
        ? `A notebook has at most ${mostDependencies} dependencies; "${name}" is one too many.`
        : findDependencyFault(name, range);
    if (place && fault !== undefined) reporter.report("bad-header", placeInFrontMatter(place), fault);
  }
}
