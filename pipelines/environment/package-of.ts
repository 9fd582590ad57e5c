/** "@scope/name/deep" → "@scope/name". */
export function packageOf(module: string): string {
  return module
    .split("/")
    .slice(0, module.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Whether a module is a package: no builtin of Node, no file, no address, not Heddle's own. */
export function isPackage(module: string): boolean {
  return module !== "" && module !== "heddle" && !/^(?:\.{0,2}\/|\.{1,2}$|[a-z][a-z0-9+.-]*:)/i.test(module);
}
