import type { ApplicationView, CaseView } from '../api/views';
import { command } from '../commands/send';
import { language, say, words } from '../language';
import { coordinates, moment, parseTime } from '../language/format';
import { slowNow } from '../live/store';
import { coordinates as mayCoordinate } from '../permissions';
import { session } from '../session';
import { CaseLink } from './duplicates';
import { filerName, personOf } from './describe';
import { Fact } from './fact';

/** Who filed what. One that joined the case says it in its own words and can be taken out again. */
export function Applications({ view }: { view: CaseView }) {
  const list = view.applications ?? [];
  if (list.length === 0) return null;
  return (
    <section class="section">
      <h3>{say(words.cases.applications)}</h3>
      {list.map((application) => (
        <Application key={`${application.system}/${application.id}`} application={application} view={view} />
      ))}
    </section>
  );
}

function Application({ application, view }: { application: ApplicationView; view: CaseView }) {
  const filed = parseTime(application.filed_at);
  const phone = application.reporter?.phone;
  const says = application.filed;
  const where = says?.place ?? (says?.location && coordinates(says.location.coordinates));
  return (
    <div class="application" data-application={application.id}>
      <p class="application-head">
        <span>
          <span class="number">{application.id}</span>
          <span class="secondary">
            {' '}
            {filerName(application.system)}
            {filed !== undefined && ` · ${moment(filed, slowNow.value, language.value)}`}
          </span>
        </span>
        {application.joined && <span class="mark">{say(words.duplicates.joined)}</span>}
      </p>
      <dl class="facts">
        {application.reference && <Fact name={say(words.cases.reference)}>{application.reference}</Fact>}
        {(application.reporter?.name || phone) && (
          <Fact name={say(words.cases.filer)}>
            {[application.reporter?.name, application.reporter?.relation].filter(Boolean).join(', ')}{' '}
            {phone && (
              <a class="phone-link" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>
                {phone}
              </a>
            )}
          </Fact>
        )}
        {says?.subjects?.map((subject) => (
          <Fact key={subject.id} name={say(words.actions.whichSubject)}>
            {[subject.name, personOf(subject), subject.description].filter(Boolean).join(', ')}
          </Fact>
        ))}
        {where && <Fact name={say(words.cases.place)}>{[where, says?.address].filter(Boolean).join(', ')}</Fact>}
        {application.came_from && (
          <Fact name={say(words.duplicates.mergedInto)}>
            <CaseLink id={application.came_from} />
          </Fact>
        )}
      </dl>
      {application.joined && mayCoordinate(session.value, view.region) && (
        <button
          type="button"
          class="button button-small"
          onClick={() =>
            command(view.id, 'case.split', {
              application_ids: [{ system: application.system, id: application.id }],
            })
          }
        >
          {say(words.duplicates.split)}
        </button>
      )}
    </div>
  );
}
