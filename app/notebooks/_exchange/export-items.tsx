"use client";
import { FileCode, FileText, Globe, NotebookText } from "lucide-react";
import { MenuItem, MenuLabel } from "../../_ui/menu";
import type { ExportFormat } from "./export-notebook";

/** Lines of a menu: the notebook as a file. */
export function ExportItems({ onExport }: { readonly onExport: (format: ExportFormat) => void }) {
  return (
    <>
      <MenuLabel>Export, with its last outputs</MenuLabel>
      <MenuItem icon={<FileCode size={16} />} hint=".ts" onSelect={() => onExport("ts")}>
        TypeScript
      </MenuItem>
      <MenuItem icon={<NotebookText size={16} />} hint=".ipynb" onSelect={() => onExport("ipynb")}>
        Jupyter
      </MenuItem>
      <MenuItem icon={<Globe size={16} />} hint=".html" onSelect={() => onExport("html")}>
        Page to read
      </MenuItem>
      <MenuItem icon={<FileText size={16} />} hint=".md" onSelect={() => onExport("md")}>
        Markdown
      </MenuItem>
    </>
  );
}
