/** What a set of references reaches: values and parameters to read, portable definitions to copy, modules to import. */
import type { Unit } from "./analyse-cell";
import type { References } from "./find-references";
import { isPrivate, type Definition, type Names } from "./find-names";
import type { CompiledCell } from "./read-cells";

export class Reach {
  /** Portable units, with the cell that each stands in. */
  readonly units = new Map<Unit, CompiledCell>();
  readonly imports = new Set<Definition>();
  /** Values of other cells, and of the own one where a portable definition reads them. */
  readonly values = new Set<Definition>();
  readonly params = new Set<Definition>();
  /** Portable definitions of other cells that read a name bound by `each` there: they make sense in that cell only. */
  readonly strays: { readonly name: string; readonly home: CompiledCell }[] = [];

  /** What other cells were asked for, with the answers: as long as all are answered alike, this stands. */
  private readonly asked = new Map<string, Definition | undefined>();

  constructor(
    private readonly names: Names,
    private readonly own: CompiledCell,
  ) {}

  /** Adds what `references`, standing in `home`, reach. */
  add(references: References, home: CompiledCell): this {
    for (const [name, use] of references.uses) {
      if (home.eachNames.has(name)) {
        if (home !== this.own && use.value) this.strays.push({ name, home });
        continue;
      }
      const definition = this.names.resolve(name, home);
      // A cell that is read anew is another cell: what it answers itself never changes.
      if (definition?.home !== home && !isPrivate(name)) this.asked.set(name, definition);
      if (definition) this.addDefinition(definition, use.value);
    }
    return this;
  }

  addDefinition(definition: Definition, asValue: boolean): void {
    switch (definition.travels) {
      case "import":
        if (asValue) this.imports.add(definition);
        return;
      case "param":
        if (asValue) this.params.add(definition);
        return;
      case "value":
        if (asValue) this.values.add(definition);
        return;
      case "portable": {
        // A class or an enum named in type position only is needed by nobody at run time.
        if (!asValue && !definition.typeOnly) return;
        for (const unit of [definition.unit!, ...definition.merged]) {
          if (this.units.has(unit)) continue;
          this.units.set(unit, definition.home);
          this.add(unit.references, definition.home);
        }
      }
    }
  }

  /** Whether the names still answer as they did when this was made. */
  isCurrent(names: Names): boolean {
    for (const [name, answer] of this.asked) if (names.shared(name) !== answer) return false;
    return true;
  }
}
