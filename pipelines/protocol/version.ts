/** Server and harness refuse to work together when theirs differ. Apart from messages.ts so that a harness needs no zod. */
export const protocolVersion = 2;
