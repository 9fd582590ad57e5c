/** One JSON object a line on stderr. Never given headers, cookies, tokens or bodies. */
export type LogLevel = "info" | "warn" | "error";

export function log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** An error as fields of a log line. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  return { error: error.message, stack: error.stack, ...(error.cause instanceof Error ? { cause: error.cause.message } : {}) };
}
