// @actions/workflow-parser of tests/node_modules. The package imports JSON modules without saying so, which Node 20 refuses: a hook adds
// the attribute, to what is imported later too.
import { register } from 'node:module';

register(
  'data:text/javascript,' +
    encodeURIComponent(`export async function resolve(specifier, context, next) {
      const found = await next(specifier, context);
      return specifier.endsWith('.json') ? {...found, importAttributes: {type: 'json'}} : found;
    }`),
);

export const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
