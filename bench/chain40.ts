/**
 * A chain of 40 no-op tasks, each reading the one before: seconds from submit to done. Floors: 41 durable commits in a row;
 * 40 starts of Node, 40 of a container.
 */
import type { Measurement } from "./bench";
import { besideFloors, restUntilReady, withGround } from "./bench-ground";
import { median } from "./median";

const links = 40;

export const chainText = `${Array.from({ length: links }, (_, n) =>
  n === 0 ? "// %% Task 0\nconst v0 = 0;" : `// %% Task ${n}\n${n === links - 1 ? "export " : ""}const v${n} = v${n - 1} + 1;`,
).join("\n\n")}\n`;

export function run(): Promise<Measurement[]> {
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 3; n++) await ground.time(chainText);
    for (let n = 0; n < 15; n++) {
      await restUntilReady();
      times.push(await ground.time(chainText));
    }
    return besideFloors(ground, "chain40", median(times), links, links + 1, { unit: "s", of: (milliseconds) => milliseconds / 1000 });
  });
}
