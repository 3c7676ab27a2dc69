/**
 * What checks requests and turns answers into text, compiled from the schemas. The contract:
 * 1. Each is compiled when it is first needed: compiling all took half of the time a killed API needs to be back.
 * 2. After the start the rest is compiled between requests, so that hardly anybody waits for it, and a schema that cannot be compiled is known at once.
 * 3. One schema is compiled once, not for each route and status: nearly all routes share their refusals, and most commands their answers.
 */
import { setImmediate } from 'node:timers/promises';
import AjvCompiler from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type SerializerCompiler = ReturnType<SerializerFactory>;
type ValidatorFactory = ReturnType<typeof AjvCompiler>;
type ValidatorCompiler = ReturnType<ValidatorFactory>;

export interface LazyCompilers {
  /** For `schemaController.compilersFactory`. */
  readonly factory: { readonly buildSerializer: SerializerFactory; readonly buildValidator: ValidatorFactory };
  /** Compiles what nobody has needed yet, a schema at a time. Throws at the first that cannot be compiled. */
  readonly compileRest: () => Promise<void>;
  /** Leaves what is left to be compiled when it is needed. */
  readonly abandon: () => void;
}

export function createLazyCompilers(): LazyCompilers {
  const pending = new Set<() => unknown>();
  /** The function made by `compile`, at its first use or by `compileRest`. */
  const lazily = <Made>(compile: () => Made): (() => Made) => {
    let made: Made | undefined;
    const get = (): Made => {
      made ??= compile();
      pending.delete(get);
      return made;
    };
    pending.add(get);
    return get;
  };
  return {
    factory: { buildSerializer: serializers(lazily), buildValidator: validators(lazily) },
    async compileRest() {
      for (const compile of pending) {
        compile();
        await setImmediate();
      }
    },
    abandon: () => pending.clear(),
  };
}

type Lazily = <Made>(compile: () => Made) => () => Made;

/** Every encapsulated context asks for a compiler; those that know the same schemas share one. */
function serializers(lazily: Lazily): SerializerFactory {
  const select = SerializerSelector();
  const compilers = new Map<string, SerializerCompiler>();
  return (externalSchemas, options) => {
    const known = Object.keys(externalSchemas ?? {}).join(' ');
    const compiler =
      compilers.get(known) ??
      compilingOnce(
        lazily(() => select(externalSchemas, options)),
        lazily,
      );
    compilers.set(known, compiler);
    return compiler;
  };
}

function compilingOnce(compiler: () => SerializerCompiler, lazily: Lazily): SerializerCompiler {
  const compiled = new Map<string, ReturnType<SerializerCompiler>>();
  return (route) => {
    const schema = JSON.stringify(route.schema);
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const serializer = lazily(() => compiler()(route));
    const serialize: ReturnType<SerializerCompiler> = (answer) => serializer()(answer);
    compiled.set(schema, serialize);
    return serialize;
  };
}

/** Fastify looks for the faults on the function it called. */
function validators(lazily: Lazily): ValidatorFactory {
  const select = AjvCompiler();
  return (externalSchemas, options) => {
    const compiler = lazily(() => select(externalSchemas, options));
    return ((route: Parameters<ValidatorCompiler>[0]) => {
      const validator = lazily(() => compiler()(route));
      const validate = Object.assign(
        (value: unknown) => {
          const valid = validator()(value);
          validate.errors = validator().errors;
          return valid;
        },
        { errors: null as ReturnType<ValidatorCompiler>['errors'] },
      );
      return validate;
    }) as unknown as ValidatorCompiler;
  };
}
