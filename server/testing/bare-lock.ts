import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** A folder with a lock without packages: an environment that is installed in a moment, without a registry. The caller removes it. */
export function makeBareLock(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-environment-"));
  fs.writeFileSync(path.join(dir, "package.json"), '{"name":"bare","version":"1.0.0","private":true}');
  fs.writeFileSync(
    path.join(dir, "package-lock.json"),
    '{"name":"bare","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"bare","version":"1.0.0"}}}',
  );
  return dir;
}
