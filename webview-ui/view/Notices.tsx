import type { Controller } from '../model/controller.ts';
import { type Action, type Deed, type EmptyState, notices } from '../model/notices.ts';
import type { PanelState } from '../model/state.ts';
import { Bar } from './Bar.tsx';
import { Icon, IconButton } from './Icon.tsx';
import { useController } from './useController.ts';

function perform(controller: Controller, deed: Deed): void {
  if (deed.do === 'run') controller.run(deed.action);
  else if (deed.do === 'filter') controller.setFilters(deed.filters);
  else if (deed.do === 'ask') controller.ask(deed.question);
  else controller.focus('question');
}

/** Strips that say what is going on with the index and the engine. */
export function Notices({ state }: { readonly state: PanelState }) {
  const controller = useController();
  return (
    <>
      {notices(state).map((notice) => (
        <div class={`notice ${notice.tone}`} key={notice.text.replace(/\d/gu, '')} role={notice.tone === 'info' ? undefined : 'alert'}>
          <Icon name={notice.icon} spin={notice.icon === 'sync'} />
          <span class="notice-text">{notice.text}</span>
          {notice.actions.map((action) => (
            <button type="button" class="link" key={action.label} onClick={() => perform(controller, action.deed)}>
              {action.label}
            </button>
          ))}
          {notice.progress !== null && (
            <div
              class="notice-progress"
              role="progressbar"
              aria-label="Indexing"
              aria-valuemin={0}
              aria-valuemax={100}
              aria-valuenow={Math.floor(notice.progress * 100)}
              tabIndex={-1}
            >
              <Bar share={notice.progress} />
            </div>
          )}
        </div>
      ))}
    </>
  );
}

/** What stands in the place of results when there are none. */
export function Empty({ empty }: { readonly empty: EmptyState }) {
  const controller = useController();
  if (empty.recent.length > 0) return <Recent questions={empty.recent} />;
  return (
    <section class="empty" aria-label={empty.title}>
      {empty.icon !== '' && <Icon name={empty.icon} spin={empty.icon === 'sync'} />}
      <h2>{empty.title}</h2>
      {empty.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {empty.actions.map((action: Action, index) => (
        <button
          type="button"
          class={index === 0 ? 'button' : 'button secondary'}
          key={action.label}
          onClick={() => perform(controller, action.deed)}
        >
          {action.label}
        </button>
      ))}
    </section>
  );
}

function Recent({ questions }: { readonly questions: readonly string[] }) {
  const controller = useController();
  return (
    <section class="recent" aria-label="Recent questions">
      <header>
        <h2>Recent questions</h2>
        <IconButton icon="clear-all" label="Forget all questions" onClick={() => controller.forget(null)} />
      </header>
      <ul>
        {questions.map((question) => (
          <li key={question}>
            <button type="button" class="recent-question" title={question} onClick={() => controller.ask(question)}>
              <Icon name="history" />
              <span>{question}</span>
            </button>
            <IconButton icon="close" label={`Forget “${question}”`} onClick={() => controller.forget(question)} />
          </li>
        ))}
      </ul>
    </section>
  );
}
