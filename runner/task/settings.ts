/** Where things are, as the harness tells a task process on its command line (JSON). */
export interface TaskSettings {
  /** Folder of the locked packages. */
  readonly environment: string;
  /** Store of the workspace. */
  readonly store: string;
  /** Data folder of the workspace; "" when there is none. */
  readonly data: string;
  /** Folder under which this process makes a folder of its own. */
  readonly scratch: string;
  /** Folders that dead processes of the same slot left there: only their user may remove them. */
  readonly sweep: readonly string[];
  /** Where scripts find their interpreters: as PATH. */
  readonly path: string;
  /** No wall and no image: scripts run with what this machine has. */
  readonly isLocal: boolean;
  /** Modules to import before the first attempt. */
  readonly preload: readonly string[];
  /** Nobody waits for it: it may take its time to get ready. */
  readonly spare: boolean;
}
