/** The npm packages that cells may import: what the locked environment names as its dependencies. */
import fs from "node:fs";
import path from "node:path";

export function readEnvironmentPackages(environmentDir: string): readonly string[] {
  const file = path.join(environmentDir, "package.json");
  if (!fs.existsSync(file)) return [];
  const { dependencies = {} } = JSON.parse(fs.readFileSync(file, "utf8")) as { dependencies?: Record<string, string> };
  return Object.keys(dependencies).sort();
}
