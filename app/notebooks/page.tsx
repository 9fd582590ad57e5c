import type { Metadata } from "next";
import { NotebookList } from "./_list/notebook-list";

export const metadata: Metadata = { title: "Notebooks" };

export default function NotebooksPage() {
  return <NotebookList />;
}
