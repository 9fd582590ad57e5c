/** What the executor tells a harness on its command line (JSON). */
export interface HarnessSettings {
  /** Unix socket to listen on; its folder is the server's and the harness's alone. */
  readonly socket: string;
  readonly slots: number;
  /** Processes that wait for other notebooks and hold none of the slots: at most so many at once. */
  readonly mostParked: number;
  /** Slot n runs as uid `uidBase + n`; undefined: as the harness itself (the process executor). */
  readonly uidBase?: number;
  /** Path of the bundled task process. */
  readonly task: string;
  /** How Node is started in an image that is not ours: our own, through its own loader. Undefined: as the harness was. */
  readonly node?: readonly string[];
  readonly environment: string;
  readonly store: string;
  readonly data: string;
  readonly scratch: string;
  /** Ceiling of the JavaScript heap of a task process; the watchdog holds the real limits. */
  readonly heapMegabytes: number;
  /** Fresh processes kept ready when there is nothing else to do. */
  readonly spares: number;
}
