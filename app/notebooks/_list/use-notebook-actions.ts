"use client";
/** What one can do with notebooks from the list; each says how it went. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { useTRPC, useTRPCClient } from "../../_trpc/client";
import { formatBytes, plural } from "../../_ui/format-number";
import { exportNotebook, type ExportFormat } from "../_exchange/export-notebook";
import { useToast } from "../../_ui/toast";

const mostSent = 8_000_000;
const mostRead = 64_000_000;

/** What is too large to send is made smaller here: the outputs of a notebook of Jupyter, down to what is kept of them. */
async function readFile(file: File): Promise<string> {
  if (file.size > mostRead)
    throw new Error(
      `It has ${formatBytes(file.size)}, and ${formatBytes(mostRead)} are read. Clear its outputs in Jupyter, then try again.`,
    );
  const text = await file.text();
  if (file.size <= mostSent || !/\.ipynb$/i.test(file.name)) return text;
  const [{ fromIpynb }, { toIpynb }] = await Promise.all([
    import("@/pipelines/exchange/from-ipynb"),
    import("@/pipelines/exchange/to-ipynb"),
  ]);
  const read = fromIpynb(text);
  if (!read.ok) throw new Error(read.message);
  return toIpynb(read.notebook, read.outputs);
}

export function useNotebookActions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const listKey = trpc.notebook.list.queryKey();
  const refresh = () => queries.invalidateQueries({ queryKey: listKey });
  const failed = (doing: string) => (error: { message: string }) => {
    void refresh();
    toast({ text: `Could not ${doing}: ${error.message}`, failed: true });
  };

  const create = useMutation(
    trpc.notebook.create.mutationOptions({
      onSuccess: ({ id }) => router.push(`/notebooks/${id}`),
      onError: failed("make a notebook"),
    }),
  );
  const duplicate = useMutation(
    trpc.notebook.duplicate.mutationOptions({
      onSuccess: async ({ id }) => {
        await refresh();
        toast({ text: "Duplicated.", action: { label: "Open", onSelect: () => router.push(`/notebooks/${id}`) } });
      },
      onError: failed("duplicate the notebook"),
    }),
  );
  const restore = useMutation(trpc.notebook.restore.mutationOptions({ onSuccess: refresh, onError: failed("bring the notebook back") }));
  const remove = useMutation(trpc.notebook.delete.mutationOptions({ onSuccess: refresh, onError: failed("delete the notebook") }));
  const importText = useMutation(trpc.notebook.import.mutationOptions());

  const importFiles = useCallback(async (files: readonly File[]) => {
    const made: string[] = [];
    for (const file of files) {
      try {
        const { id, diagnostics, notes } = await importText.mutateAsync({ fileName: file.name, text: await readFile(file) });
        made.push(id);
        const errors = diagnostics.filter((each) => each.severity === "error").length;
        const words = [...(errors > 0 ? [`${plural(errors, "problem")} to look at.`] : []), ...notes];
        if (words.length > 0) toast({ text: `Imported ${file.name}. ${words.join(" ")}` });
      } catch (error) {
        failed(`import ${file.name}`)(error as Error);
      }
    }
    await refresh();
    if (made.length === 1) router.push(`/notebooks/${made[0]}`);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- mutations are stable by their keys
  }, []);

  // The same functions each time: a thousand rows are not drawn again for a letter in the search.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- mutations are stable by their keys
  const duplicateOne = useCallback((id: string) => duplicate.mutate({ id }), []);
  const deleteOne = useCallback((id: string, title: string) => {
    queries.setQueryData(listKey, (rows) => rows?.filter((row) => row.id !== id));
    remove.mutate(
      { id },
      {
        onSuccess: () =>
          toast({ text: `Deleted “${title}”. Its runs stay.`, action: { label: "Undo", onSelect: () => restore.mutate({ id }) } }),
      },
    );
    // eslint-disable-next-line react-hooks/exhaustive-deps -- as above
  }, []);

  const client = useTRPCClient();
  const exportOne = useCallback((id: string, format: ExportFormat) => {
    exportNotebook(client, id, format).catch((error: unknown) => failed("export the notebook")(error as Error));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- as above
  }, []);

  return {
    create: () => create.mutate({ title: "Untitled" }),
    creating: create.isPending,
    duplicate: duplicateOne,
    delete: deleteOne,
    importFiles,
    export: exportOne,
  };
}
