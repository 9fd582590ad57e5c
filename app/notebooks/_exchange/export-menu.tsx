"use client";
import { Download } from "lucide-react";
import { useTRPCClient } from "../../_trpc/client";
import { IconButton } from "../../_ui/button";
import { Menu } from "../../_ui/menu";
import { useToast } from "../../_ui/toast";
import { ExportItems } from "./export-items";
import { exportNotebook } from "./export-notebook";

/** In the bar of a notebook. What is not saved yet is saved first. */
export function ExportMenu({
  id,
  save,
  className,
}: {
  readonly id: string;
  readonly save: () => Promise<unknown>;
  readonly className?: string | undefined;
}) {
  const client = useTRPCClient();
  const toast = useToast();
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label="Export" className={className}>
          <Download size={16} />
        </IconButton>
      }
    >
      <ExportItems
        onExport={(format) => {
          save()
            .then(() => exportNotebook(client, id, format))
            .catch((error: unknown) => toast({ text: `Could not export the notebook: ${(error as Error).message}`, failed: true }));
        }}
      />
    </Menu>
  );
}
