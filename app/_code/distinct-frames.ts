/** Frames of a stack without those that lead where the one before leads: what a line calls, and the line itself. */
interface Frame {
  readonly cellKey: string;
  readonly line: number;
  readonly function?: string | undefined;
}

export function distinctFrames<F extends Frame>(frames: readonly F[]): readonly F[] {
  return frames.filter((frame, i) => {
    const before = frames[i - 1];
    return !before || before.cellKey !== frame.cellKey || before.line !== frame.line || before.function !== frame.function;
  });
}
