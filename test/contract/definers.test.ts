// What is made anew is still run by whoever defined it: no revision says who that is.
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { op } from '../../src/operations/op.ts'
import { upgrade } from '../../src/runner/index.ts'
import { scriptFor } from '../../src/runner/script.ts'
import { describeOn, type Ground, ground } from './support.ts'

describeOn(({ name }) => name === 'mysql')('definers on $name', (engine) => {
  let at: Ground
  const account = `godwit_${randomBytes(4).toString('hex')}`
  beforeEach(async () => {
    at = await ground(engine)
    await at.writeSql(
      'a1',
      [],
      `create table t (id int primary key, n int);
create view v as select id from t;
create function f() returns int deterministic sql security definer return 1;
create trigger g before insert on t for each row set new.n = 1;
create event e on schedule every 1 day disable do delete from t;`,
    )
    await upgrade(at.context())
    await at.on(async (connection) => {
      await connection.execute(`create user ${account}@localhost`)
      await connection.execute(`grant all on *.* to ${account}@localhost`)
      const definer = `definer=${account}@localhost`
      await connection.execute(`alter ${definer} view v as select id from t`)
      await connection.execute('drop function f')
      await connection.execute(`create ${definer} function f() returns int deterministic sql security definer return 1`)
      await connection.execute('drop trigger g')
      await connection.execute(`create ${definer} trigger g before insert on t for each row set new.n = 1`)
      await connection.execute(`alter ${definer} event e disable`)
      await connection.execute(`grant execute on function f to ${account}@localhost`)
    })
  })
  afterEach(async () => {
    await at.ask(`drop user ${account}@localhost`)
    await at.drop()
  })

  const definers = async () =>
    (
      await at.ask<{ is: string }>(
        `select concat('view ', table_name, ' ', definer) as \`is\` from information_schema.views where table_schema = database()
        union all select concat('function ', routine_name, ' ', definer) from information_schema.routines where routine_schema = database()
        union all select concat('trigger ', trigger_name, ' ', definer) from information_schema.triggers where trigger_schema = database()
        union all select concat('event ', event_name, ' ', definer) from information_schema.events where event_schema = database()`,
      )
    ).map((row) => row.is)
  const theirs = ['view v', 'function f', 'trigger g', 'event e'].map((each) => `${each} ${account}@localhost`)

  /** Each object as it is, and as it is to be. */
  const pairs = async () => {
    const { objects } = await at.on((connection) => at.dialect.inspect(connection))
    return objects.map((from) => ({
      from,
      to: {
        ...from,
        definition: (from.definition ?? '')
          .replace('return 1', 'return 2')
          .replace('= 1', '= 2')
          .replace('from `t`', 'from `t` where `t`.`id` > 0')
          .replace('EVERY 1', 'EVERY 2'),
      },
    }))
  }

  it('stay with what is changed', async () => {
    expect(await definers()).toEqual(theirs)
    await at.write({ id: 'b2', operations: (await pairs()).map((each) => op.alterObject(each)) })
    const script = await scriptFor(at.context(), { direction: 'up', target: 'head' })
    expect(script.match(new RegExp(`DEFINER=\`${account}\`@\`localhost\``, 'g'))).toHaveLength(4)
    await upgrade(at.context())
    expect(await definers()).toEqual(theirs)
    expect(await at.ask('select f() as n')).toEqual([{ n: 2 }])
  })

  it('stay with what goes and comes back, also behind hand-written SQL', async () => {
    const objects = await pairs()
    await at.write({
      id: 'b2',
      operations: [
        ...objects.map(({ from }) => op.dropObject({ object: from })),
        op.sql({ up: 'update t set n = n', down: '' }),
        ...objects.map(({ to }) => op.createObject({ object: to })),
      ],
    })
    await upgrade(at.context())
    expect(await definers()).toEqual(theirs)
  })

  it('stay with what gets another name', async () => {
    await at.write({ id: 'b2', operations: [op.renameObject({ type: 'function', from: 'f', to: 'ff' })] })
    await upgrade(at.context())
    expect(await definers()).toContain(`function ff ${account}@localhost`)
  })

  it('are not named where they run the migration themselves', async () => {
    await at.ask(`alter definer=current_user view v as select id from t`)
    const [view] = (await pairs()).filter(({ from }) => from.type === 'view')
    if (view === undefined) throw new Error('the view')
    await at.write({ id: 'b2', operations: [op.alterObject(view)] })
    expect(await scriptFor(at.context(), { direction: 'up', target: 'head' })).not.toContain('DEFINER=')
  })
})
