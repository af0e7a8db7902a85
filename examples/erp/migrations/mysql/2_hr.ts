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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'first_name', type: 'varchar(100)', nullable: false },
          { name: 'last_name', type: 'varchar(100)', nullable: false },
          { name: 'email', type: 'varchar(120)', nullable: false },
          { name: 'phone', type: 'varchar(30)', nullable: true },
          { name: 'resume_url', type: 'varchar(500)', nullable: true },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'candidates_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.ensureTable({
      table: {
        name: 'employees',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'employee_id', type: 'varchar(30)', nullable: false },
          { name: 'first_name', type: 'varchar(100)', nullable: false },
          { name: 'last_name', type: 'varchar(100)', nullable: false },
          { name: 'email', type: 'varchar(120)', nullable: true },
          { name: 'phone', type: 'varchar(30)', nullable: true },
          { name: 'department', type: 'varchar(100)', nullable: false },
          { name: 'designation', type: 'varchar(100)', nullable: true },
          { name: 'manager_id', type: 'int', nullable: true },
          { name: 'joining_date', type: 'date', nullable: true },
          { name: 'basic_salary', type: 'decimal(12,2)', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'active'" },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'employees_manager_id_employees_id_fk',
            type: 'foreign key',
            columns: ['manager_id'],
            references: { table: 'employees', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'employee_id', type: 'int', nullable: false },
          { name: 'date', type: 'date', nullable: false },
          { name: 'check_in_time', type: 'time', nullable: true },
          { name: 'check_out_time', type: 'time', nullable: true },
          { name: 'hours_worked', type: 'decimal(12,2)', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'present'" },
          { name: 'remarks', type: 'text', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'attendance_employee_id_employees_id_fk',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'title', type: 'varchar(200)', nullable: false },
          { name: 'department', type: 'varchar(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'open'" },
          { name: 'posted_on', type: 'date', nullable: true },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [],
      },
    }),
    op.ensureTable({
      table: {
        name: 'job_applications',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'job_posting_id', type: 'int', nullable: false },
          { name: 'candidate_id', type: 'int', nullable: false },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'received'" },
          { name: 'applied_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'job_applications_candidate_id_candidates_id_fk',
            type: 'foreign key',
            columns: ['candidate_id'],
            references: { table: 'candidates', columns: ['id'] },
          },
          {
            name: 'job_applications_job_posting_id_job_postings_id_fk',
            type: 'foreign key',
            columns: ['job_posting_id'],
            references: { table: 'job_postings', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'job_application_id', type: 'int', nullable: false },
          { name: 'interviewer_id', type: 'int', nullable: true },
          { name: 'scheduled_at', type: 'datetime', nullable: false },
          { name: 'result', type: 'varchar(20)', nullable: true },
          { name: 'feedback', type: 'text', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'interviews_interviewer_id_employees_id_fk',
            type: 'foreign key',
            columns: ['interviewer_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: 'interviews_job_application_id_job_applications_id_fk',
            type: 'foreign key',
            columns: ['job_application_id'],
            references: { table: 'job_applications', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'employee_id', type: 'int', nullable: false },
          { name: 'leave_type', type: 'varchar(30)', nullable: false },
          { name: 'start_date', type: 'date', nullable: false },
          { name: 'end_date', type: 'date', nullable: false },
          { name: 'reason', type: 'text', nullable: true },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'pending'" },
          { name: 'approved_by', type: 'int', nullable: true },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'leaves_approved_by_employees_id_fk',
            type: 'foreign key',
            columns: ['approved_by'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: 'leaves_employee_id_employees_id_fk',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'employee_id', type: 'int', nullable: false },
          { name: 'pay_period_start', type: 'date', nullable: false },
          { name: 'pay_period_end', type: 'date', nullable: false },
          { name: 'basic_salary', type: 'decimal(12,2)', nullable: false },
          { name: 'allowances', type: 'decimal(12,2)', nullable: false, default: '0.00' },
          { name: 'deductions', type: 'decimal(12,2)', nullable: false, default: '0.00' },
          { name: 'net_salary', type: 'decimal(12,2)', nullable: false },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'draft'" },
          { name: 'paid_on', type: 'date', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'payrolls_employee_id_employees_id_fk',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'employee_id', type: 'int', nullable: false },
          { name: 'reviewer_id', type: 'int', nullable: true },
          { name: 'review_date', type: 'date', nullable: false },
          { name: 'rating', type: 'int', nullable: true },
          { name: 'comments', type: 'text', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'performance_reviews_employee_id_employees_id_fk',
            type: 'foreign key',
            columns: ['employee_id'],
            references: { table: 'employees', columns: ['id'] },
          },
          {
            name: 'performance_reviews_reviewer_id_employees_id_fk',
            type: 'foreign key',
            columns: ['reviewer_id'],
            references: { table: 'employees', columns: ['id'] },
          },
        ],
        indexes: [
          { name: 'performance_reviews_by_employee', unique: false, keys: [{ column: 'employee_id' }] },
          { name: 'performance_reviews_by_reviewer', unique: false, keys: [{ column: 'reviewer_id' }] },
        ],
      },
    }),
  ],
})
