/**
 * A fan-out of 1,000 no-op elements: tasks a second from submit to done. Floors: as many durable commits; 1,000 starts of
 * Node, 1,000 of a container.
 */
import type { Measurement } from "./bench";
import { besideFloors, withGround } from "./bench-ground";
import { median } from "./median";

const elements = 1_000;

export function run(): Promise<Measurement[]> {
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
    return besideFloors(ground, "fanout1000", median(times), elements, elements, {
      unit: "tasks/s",
      of: (milliseconds) => elements / (milliseconds / 1000),
    });
  });
}
