import { forEachChild, nodeAt, nodesAt, type SyntaxNode } from "./syntax-node";

/** Every place of a program where a module is named: imports of all kinds. `module` is undefined where it is no plain text. */
export function visitSpecifiers(program: SyntaxNode, visit: (node: SyntaxNode, module: string | undefined) => void): void {
  const see = (node: SyntaxNode | undefined) => {
    if (!node) return;
    if (node.type === "StringLiteral") visit(node, node["value"] as string);
    else if (node.type === "TSLiteralType") see(nodeAt(node, "literal"));
    // A text that is put together names no file to the checker; one without holes does.
    else if (node.type === "TemplateLiteral" && nodesAt(node, "expressions").length === 0) {
      visit(node, (nodesAt(node, "quasis")[0]?.["value"] as { cooked?: string } | undefined)?.cooked);
    }
  };
  const walk = (node: SyntaxNode): void => {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
      case "ImportExpression":
        see(nodeAt(node, "source"));
        break;
      case "CallExpression": {
        const callee = nodeAt(node, "callee");
        if (callee?.type === "Import" || (callee?.type === "Identifier" && callee["name"] === "require"))
          see(nodesAt(node, "arguments")[0]);
        break;
      }
      case "TSImportType":
        see(nodeAt(node, "argument") ?? nodeAt(node, "source"));
        break;
      case "TSExternalModuleReference":
        see(nodeAt(node, "expression"));
        break;
      case "TSModuleDeclaration":
        see(nodeAt(node, "id"));
        break;
    }
    forEachChild(node, walk);
  };
  walk(program);
}
