import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Controller } from '../model/controller.ts';
import type { PanelState } from '../model/state.ts';

export const ControllerContext = createContext<Controller | null>(null);

/** The panel's controller; only components below the provider may ask for it. */
export function useController(): Controller {
  const controller = useContext(ControllerContext);
  if (controller === null) throw new Error('The panel has no controller.');
  return controller;
}

/** The state, drawn again whenever it changes. */
export function usePanelState(controller: Controller): PanelState {
  const [state, setState] = useState(controller.state());
  useEffect(() => {
    setState(controller.state());
    return controller.subscribe(() => setState(controller.state()));
  }, [controller]);
  return state;
}
