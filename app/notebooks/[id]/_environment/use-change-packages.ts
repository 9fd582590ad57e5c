"use client";
/** Adding, changing and removing packages: edits of the front matter, which the server follows once they are saved. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { findDependencyFault } from "@/pipelines/environment/wish";
import { setDependency } from "@/pipelines/environment/set-dependency";
import { useTRPC } from "../../../_trpc/client";
import { useToast } from "../../../_ui/toast";
import { usePackagesContext } from "./packages-context";

export function useChangePackages() {
  const toast = useToast();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { notebook, edit, undo, locked } = usePackagesContext();
  const [adding, setAdding] = useState<string>();

  const set = (name: string, range: string | undefined) => {
    if (locked !== undefined) return toast({ text: locked });
    const frontMatter = setDependency(notebook.frontMatter, name, range);
    if (frontMatter === notebook.frontMatter) {
      toast({ text: "The front matter could not be changed: it is no YAML. Mend it first.", failed: true });
      return;
    }
    edit(frontMatter);
    toast({
      text: range === undefined ? `Removed ${name}.` : `${name} ${range} is wanted; it is installed now.`,
      action: { label: "Undo", onSelect: undo },
    });
  };

  return {
    locked,
    set,
    adding,
    /** With its newest version. Resolves to what is wrong; undefined: nothing. */
    async add(text: string): Promise<string | undefined> {
      const at = text.lastIndexOf("@");
      const [name, range] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, undefined];
      const fault = findDependencyFault(name, range ?? "latest");
      if (fault !== undefined) return fault;
      if (range !== undefined) {
        set(name, range);
        return undefined;
      }
      setAdding(name);
      try {
        const answer = await queries.fetchQuery(trpc.environment.versions.queryOptions({ name }, { staleTime: 60_000, retry: 0 }));
        if (!answer.ok) return `${answer.message} To ask for it all the same, write its version: ${name}@1.2.3.`;
        set(name, answer.latest === undefined ? "latest" : `^${answer.latest}`);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      } finally {
        setAdding(undefined);
      }
    },
  };
}
