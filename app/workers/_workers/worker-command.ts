/** What somebody types on the other machine. The token stands in a variable: arguments are seen by everybody on that machine. */
export function workerCommand({ origin, token, pool }: { readonly origin: string; readonly token: string; readonly pool: string }): string {
  return `HEDDLE_TOKEN=${token} npx heddle worker --server ${origin} --pool ${pool}`;
}
