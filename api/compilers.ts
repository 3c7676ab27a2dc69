/**
 * What turns answers into text, compiled once for each schema instead of once for each route and status: nearly all routes share their refusals, and most
 * commands their answers. It had come to block the event loop for more than a second at every start.
 */
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type SerializerCompiler = ReturnType<SerializerFactory>;

/** For `schemaController.compilersFactory.buildSerializer`. Every encapsulated context asks for a compiler; those that know the same schemas share one. */
export function createSerializerFactory(): SerializerFactory {
  const select = SerializerSelector();
  const compilers = new Map<string, SerializerCompiler>();
  return (externalSchemas, options) => {
    const known = Object.keys(externalSchemas ?? {}).join(' ');
    const compiler = compilers.get(known) ?? compilingOnce(select(externalSchemas, options));
    compilers.set(known, compiler);
    return compiler;
  };
}

function compilingOnce(compile: SerializerCompiler): SerializerCompiler {
  const compiled = new Map<string, ReturnType<SerializerCompiler>>();
  return (route) => {
    const schema = JSON.stringify(route.schema);
    const serializer = compiled.get(schema) ?? compile(route);
    compiled.set(schema, serializer);
    return serializer;
  };
}
