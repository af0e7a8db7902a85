import { op, revision } from 'godwit'

export default revision({
  id: 'f86c61881611',
  parents: ['f7f7f1ff7db4'],
  message: 'identity documents',
  operations: [
    op.ensureObject({
      object: { type: 'enum', name: 'document_status', values: ['missing', 'submitted', 'verified', 'rejected'] },
    }),
    op.ensureColumn({
      table: 'users',
      column: { name: 'national_id_number', type: 'character varying(50)', nullable: true },
    }),
    op.ensureColumn({
      table: 'users',
      column: {
        name: 'national_id_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
    }),
    op.ensureColumn({
      table: 'users',
      column: { name: 'passport_number', type: 'character varying(50)', nullable: true },
    }),
    op.ensureColumn({
      table: 'users',
      column: {
        name: 'passport_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
    }),
    op.ensureColumn({
      table: 'users',
      column: { name: 'tax_id_number', type: 'character varying(50)', nullable: true },
    }),
    op.ensureColumn({
      table: 'users',
      column: {
        name: 'tax_id_status',
        type: 'public.document_status',
        nullable: true,
        default: "'missing'::public.document_status",
      },
    }),
  ],
})
