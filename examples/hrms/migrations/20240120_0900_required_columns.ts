import { op, revision } from 'godwit'

export default revision({
  id: 'f90c4b930d35',
  parents: ['80fe78dc1526'],
  message: 'required columns',
  operations: [
    // What old rows lack, in batches, so that nobody waits; only then is it required.
    op.backfill({ table: 'holidays', column: 'is_active', value: 'true' }),
    op.backfill({ table: 'users', column: 'national_id_status', value: "'missing'" }),
    op.backfill({ table: 'users', column: 'passport_status', value: "'missing'" }),
    op.backfill({ table: 'users', column: 'tax_id_status', value: "'missing'" }),
    op.alterColumn({
      table: 'holidays',
      from: { name: 'is_active', type: 'boolean', nullable: true, default: 'true' },
      to: { name: 'is_active', type: 'boolean', nullable: false, default: 'true' },
    }),
    op.alterColumn({
      table: 'users',
      from: {
        name: 'national_id_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
      to: {
        name: 'national_id_status',
        type: 'public.document_status',
        nullable: false,
        default: "'missing'::public.document_status",
      },
    }),
    op.alterColumn({
      table: 'users',
      from: {
        name: 'passport_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
      to: {
        name: 'passport_status',
        type: 'public.document_status',
        nullable: false,
        default: "'missing'::public.document_status",
      },
    }),
    op.alterColumn({
      table: 'users',
      from: {
        name: 'tax_id_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
      to: {
        name: 'tax_id_status',
        type: 'public.document_status',
        nullable: false,
        default: "'missing'::public.document_status",
      },
    }),
  ],
})
