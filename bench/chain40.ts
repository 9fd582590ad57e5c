/** A chain of 40 no-op tasks, each reading the one before: seconds from submit to done. Floor: 41 commits in a row. */
import { median, withFloor, withGround, type BenchResult } from "./bench-ground";

const links = 40;

export function run(): Promise<BenchResult[]> {
  const cells = Array.from({ length: links }, (_, n) =>
    n === 0 ? "// %% Task 0\nconst v0 = 0;" : `// %% Task ${n}\n${n === links - 1 ? "export " : ""}const v${n} = v${n - 1} + 1;`);
  const text = `${cells.join("\n\n")}\n`;
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 3; n++) await ground.time(text);
    for (let n = 0; n < 10; n++) times.push(await ground.time(text));
    const floor = await ground.commits(links + 1);
    return [withFloor("chain40", median(times) / 1000, "s", floor / 1000)];
  });
}
