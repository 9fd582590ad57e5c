/** A place where a cell's text touches a name. */
export interface Touch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
