import { Component, type ComponentChild, type ComponentType } from 'preact';

/** Draws a component again only when one of its properties is another one: 200 rows stay as they are while the focus moves. */
export function memo<P extends object>(inner: (props: P) => ComponentChild): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const before = Object.entries(this.props);
      const after = new Map(Object.entries(next));
      return before.length !== after.size || before.some(([key, value]) => !Object.is(value, after.get(key)));
    }

    override render(): ComponentChild {
      const Inner: ComponentType<P> = inner;
      return <Inner {...this.props} />;
    }
  };
}
