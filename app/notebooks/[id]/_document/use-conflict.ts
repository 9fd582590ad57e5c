"use client";
/** What one can do when somebody else saved first: keep both texts, or go on with theirs. */
import { useRouter } from "next/navigation";
import { useState } from "react";
import { format } from "@/pipelines/notebook/format";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { useTRPCClient } from "../../../_trpc/client";
import { useToast } from "../../../_ui/toast";
import type { DocumentAction } from "./document";
import { setFrontMatterTitle } from "./set-front-matter-title";

export function useConflict(
  id: string,
  title: string,
  notebook: Notebook,
  dispatch: (action: DocumentAction) => void,
  rebase: (revision: number) => void,
) {
  const client = useTRPCClient();
  const router = useRouter();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const attempt = (doing: string, act: () => Promise<void>) => () => {
    setBusy(true);
    act()
      .catch((error: { message: string }) => toast({ text: `Could not ${doing}: ${error.message}`, failed: true }))
      .finally(() => setBusy(false));
  };
  return {
    busy,
    keepCopy: attempt("keep a copy", async () => {
      const name = `${title} (my copy)`;
      const text = format({ ...notebook, frontMatter: setFrontMatterTitle(notebook.frontMatter, name) });
      const copy = await client.notebook.import.mutate({ fileName: `${name}.ts`, text });
      router.push(`/notebooks/${copy.id}`);
    }),
    loadTheirs: attempt("load their text", async () => {
      const theirs = await client.notebook.get.query({ id });
      dispatch({ type: "load", notebook: parse(theirs.text) });
      rebase(theirs.revision);
    }),
  };
}
