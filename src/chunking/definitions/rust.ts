import { bodiesOf, container, fieldName, leaf, nameText } from './nodes.ts';
import { type Definer, rules } from './rules.ts';

/** An `impl` block is called by its type, without generics: its methods are `Type.method`. */
const impl: Definer = (node) => {
  const type = node.childForFieldName('type');
  const text = nameText(type?.childForFieldName('type') ?? type)?.replace(/<.*$/, '');
  // `[u8; 4]` and `&mut Foo` are called by the type in them, `()` by nothing.
  const name =
    /[\w:]{2,}/
      .exec(text?.replace(/^&('\w+)?(mut(?=[A-Z\W]))?/, '') ?? '')?.[0]
      ?.split('::')
      .at(-1) ?? text;
  const bodies = bodiesOf(node, 'body');
  return name === undefined || bodies.length === 0 ? undefined : { name, kind: 'class', bodies };
};

const trait: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'trait', bodies: bodiesOf(node, 'body') };
};

const minor: Definer = (node) => {
  const name = fieldName(node, 'name');
  return name === undefined ? undefined : { name, kind: 'constant', minor: true };
};

export const RUST = rules({
  definitions: {
    function_item: leaf('function'),
    function_signature_item: leaf('function'),
    struct_item: leaf('struct'),
    union_item: leaf('struct'),
    enum_item: leaf('enum'),
    type_item: leaf('type'),
    trait_item: trait,
    impl_item: impl,
    mod_item: container('module'),
    macro_definition: leaf('macro'),
    const_item: minor,
    static_item: minor,
  },
  pass: 'source_file foreign_mod_item declaration_list',
  comments: 'line_comment block_comment',
  attributes: 'attribute_item',
});
