/** A fan-out of 1,000 no-op elements: tasks a second from submit to done. Floor: as many durable commits a second. */
import { median, withFloor, withGround, type BenchResult } from "./bench-ground";

const elements = 1_000;

export function run(): Promise<BenchResult[]> {
  const text = `// %% Numbers
const numbers = Array.from({ length: ${elements} }, (_, n) => n);

// %% Each each="n of numbers"
const one = n + 1;

// %% Sum
export const sum = one.reduce((a, b) => a + b, 0);
`;
  return withGround(async (ground) => {
    const times: number[] = [];
    for (let n = 0; n < 2; n++) await ground.time(text);
    for (let n = 0; n < 5; n++) times.push(await ground.time(text));
    const floor = await ground.commits(elements);
    return [withFloor("fanout1000", elements / (median(times) / 1000), "tasks/s", elements / (floor / 1000))];
  });
}
