/** The import net; its rules are made from the table in test/architecture/import-table.ts. */
import { Visitor } from '@swc/core/Visitor.js';
import { config } from './test/architecture/import-rules.ts';

// The visitor by which dependency-cruiser walks through a file gives up on the whole tree where it meets a `using`.
const { visitStatement } = Visitor.prototype;
Visitor.prototype.visitStatement = function visitUsingToo(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  return { ...statement, decls: this.visitVariableDeclarators(statement.decls) };
};

export default config;
