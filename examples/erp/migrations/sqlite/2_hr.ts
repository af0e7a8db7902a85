import { op, revision } from 'godwit'

export default revision({
  id: '2_hr',
  parents: ['erp'],
  message: 'human resources tables',
  operations: [
    op.ensureTable({
      table: {
        name: 'candidates',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'first_name', type: 'text(100)', nullable: false },
          { name: 'last_name', type: 'text(100)', nullable: false },
          { name: 'email', type: 'text(120)', nullable: false },
          { name: 'phone', type: 'text(30)', nullable: true },
          { name: 'resume_url', type: 'text(500)', nullable: true },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'candidates_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'employees',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'employee_id', type: 'text(30)', nullable: false },
          { name: 'first_name', type: 'text(100)', nullable: false },
          { name: 'last_name', type: 'text(100)', nullable: false },
          { name: 'email', type: 'text(120)', nullable: true },
          { name: 'phone', type: 'text(30)', nullable: true },
          { name: 'department', type: 'text(100)', nullable: false },
          { name: 'designation', type: 'text(100)', nullable: true },
          { name: 'manager_id', type: 'integer', nullable: true },
          { name: 'joining_date', type: 'text', nullable: true },
          { name: 'basic_salary', type: 'numeric', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'active'" },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['manager_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'employees_by_department', unique: false, keys: [{ column: 'department' }] },
          { name: 'employees_by_manager', unique: false, keys: [{ column: 'manager_id' }] },
          { name: 'employees_email_unique', unique: true, keys: [{ column: 'email' }] },
          { name: 'employees_employee_id_unique', unique: true, keys: [{ column: 'employee_id' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'attendance',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'employee_id', type: 'integer', nullable: false },
          { name: 'date', type: 'text', nullable: false },
          { name: 'check_in_time', type: 'text', nullable: true },
          { name: 'check_out_time', type: 'text', nullable: true },
          { name: 'hours_worked', type: 'numeric', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'present'" },
          { name: 'remarks', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'attendance_once_a_day', unique: true, keys: [{ column: 'employee_id' }, { column: 'date' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'job_postings',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'title', type: 'text(200)', nullable: false },
          { name: 'department', type: 'text(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'open'" },
          { name: 'posted_on', type: 'text', nullable: true },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'job_applications',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'job_posting_id', type: 'integer', nullable: false },
          { name: 'candidate_id', type: 'integer', nullable: false },
          { name: 'status', type: 'text(20)', nullable: false, default: "'received'" },
          { name: 'applied_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['candidate_id'],
            references: { table: 'candidates', columns: ['id'] },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['job_posting_id'],
            references: { table: 'job_postings', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'job_applications_by_candidate', unique: false, keys: [{ column: 'candidate_id' }] },
          {
            name: 'job_applications_once',
            unique: true,
            keys: [{ column: 'job_posting_id' }, { column: 'candidate_id' }],
          },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'interviews',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'job_application_id', type: 'integer', nullable: false },
          { name: 'interviewer_id', type: 'integer', nullable: true },
          { name: 'scheduled_at', type: 'text', nullable: false },
          { name: 'result', type: 'text(20)', nullable: true },
          { name: 'feedback', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['interviewer_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['job_application_id'],
            references: { table: 'job_applications', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'interviews_by_application', unique: false, keys: [{ column: 'job_application_id' }] },
          { name: 'interviews_by_interviewer', unique: false, keys: [{ column: 'interviewer_id' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'leaves',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'employee_id', type: 'integer', nullable: false },
          { name: 'leave_type', type: 'text(30)', nullable: false },
          { name: 'start_date', type: 'text', nullable: false },
          { name: 'end_date', type: 'text', nullable: false },
          { name: 'reason', type: 'text', nullable: true },
          { name: 'status', type: 'text(20)', nullable: false, default: "'pending'" },
          { name: 'approved_by', type: 'integer', nullable: true },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['approved_by'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'leaves_by_approver', unique: false, keys: [{ column: 'approved_by' }] },
          { name: 'leaves_by_employee', unique: false, keys: [{ column: 'employee_id' }] },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'payrolls',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'employee_id', type: 'integer', nullable: false },
          { name: 'pay_period_start', type: 'text', nullable: false },
          { name: 'pay_period_end', type: 'text', nullable: false },
          { name: 'basic_salary', type: 'numeric', nullable: false },
          { name: 'allowances', type: 'numeric', nullable: false, default: "'0'" },
          { name: 'deductions', type: 'numeric', nullable: false, default: "'0'" },
          { name: 'net_salary', type: 'numeric', nullable: false },
          { name: 'status', type: 'text(20)', nullable: false, default: "'draft'" },
          { name: 'paid_on', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          {
            name: 'payrolls_once_a_period',
            unique: true,
            keys: [{ column: 'employee_id' }, { column: 'pay_period_start' }],
          },
        ],
      },
    }),
    op.ensureTable({
      table: {
        name: 'performance_reviews',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'employee_id', type: 'integer', nullable: false },
          { name: 'reviewer_id', type: 'integer', nullable: true },
          { name: 'review_date', type: 'text', nullable: false },
          { name: 'rating', type: 'integer', nullable: true },
          { name: 'comments', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['reviewer_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'performance_reviews_by_employee', unique: false, keys: [{ column: 'employee_id' }] },
          { name: 'performance_reviews_by_reviewer', unique: false, keys: [{ column: 'reviewer_id' }] },
        ],
      },
    }),
  ],
})
