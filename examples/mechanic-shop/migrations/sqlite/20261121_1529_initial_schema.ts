import { op, revision } from 'godwit'

export default revision({
  id: 'aa51c8659408',
  parents: [],
  message: 'initial schema',
  operations: [
    op.createTable({
      table: {
        name: 'customers',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'first_name', type: 'text(50)', nullable: false },
          { name: 'last_name', type: 'text(50)', nullable: false },
          { name: 'email', type: 'text(255)', nullable: false },
          { name: 'phone', type: 'text(20)', nullable: false },
          { name: 'address', type: 'text(255)', nullable: true },
          { name: 'password_hash', type: 'text(255)', nullable: false },
          { name: 'created_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'customers_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'mechanics',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'first_name', type: 'text(50)', nullable: false },
          { name: 'last_name', type: 'text(50)', nullable: false },
          { name: 'email', type: 'text(255)', nullable: false },
          { name: 'phone', type: 'text(20)', nullable: true },
          { name: 'salary', type: 'numeric', nullable: false },
          { name: 'hired_on', type: 'text', nullable: false },
          { name: 'active', type: 'integer', nullable: false, default: 'true' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'mechanics_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'parts',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'part_number', type: 'text(50)', nullable: false },
          { name: 'name', type: 'text(100)', nullable: false },
          { name: 'manufacturer', type: 'text(100)', nullable: true },
          { name: 'cost', type: 'numeric', nullable: false },
          { name: 'price', type: 'numeric', nullable: false },
          { name: 'quantity_in_stock', type: 'integer', nullable: false, default: '0' },
          { name: 'reorder_level', type: 'integer', nullable: false, default: '5' },
        ],
        constraints: [
          { name: '', type: 'primary key', columns: ['id'] },
          {
            name: 'parts_stock',
            type: 'check',
            columns: ['quantity_in_stock'],
            expression: 'parts.quantity_in_stock >= 0',
          },
        ],
        indexes: [{ name: 'parts_part_number_unique', unique: true, keys: [{ column: 'part_number' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_packages',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'name', type: 'text(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'price', type: 'numeric', nullable: false },
          { name: 'active', type: 'integer', nullable: false, default: 'true' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'service_packages_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'services',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'name', type: 'text(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'base_price', type: 'numeric', nullable: false },
          { name: 'estimated_minutes', type: 'integer', nullable: false },
          { name: 'active', type: 'integer', nullable: false, default: 'true' },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'services_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_package_items',
        columns: [
          { name: 'package_id', type: 'integer', nullable: false },
          { name: 'service_id', type: 'integer', nullable: false },
          { name: 'quantity', type: 'integer', nullable: false, default: '1' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['package_id'],
            references: { table: 'service_packages', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'restrict' },
          },
          { name: '', type: 'primary key', columns: ['package_id', 'service_id'] },
          {
            name: 'service_package_items_quantity',
            type: 'check',
            columns: ['quantity'],
            expression: 'service_package_items.quantity > 0',
          },
        ],
        indexes: [{ name: 'service_package_items_by_service', unique: false, keys: [{ column: 'service_id' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_prerequisites',
        columns: [
          { name: 'service_id', type: 'integer', nullable: false },
          { name: 'prerequisite_id', type: 'integer', nullable: false },
          { name: 'required', type: 'integer', nullable: false, default: 'true' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['prerequisite_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'cascade' },
          },
          { name: '', type: 'primary key', columns: ['service_id', 'prerequisite_id'] },
        ],
        indexes: [
          { name: 'service_prerequisites_by_prerequisite', unique: false, keys: [{ column: 'prerequisite_id' }] },
        ],
      },
    }),
    op.createTable({
      table: {
        name: 'specializations',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'name', type: 'text(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
        ],
        constraints: [{ name: '', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'specializations_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'mechanic_specializations',
        columns: [
          { name: 'mechanic_id', type: 'integer', nullable: false },
          { name: 'specialization_id', type: 'integer', nullable: false },
          { name: 'certified_on', type: 'text', nullable: false },
          { name: 'expires_on', type: 'text', nullable: true },
          { name: 'certificate_number', type: 'text(50)', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['mechanic_id'],
            references: { table: 'mechanics', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['specialization_id'],
            references: { table: 'specializations', columns: ['id'], onDelete: 'restrict' },
          },
          { name: '', type: 'primary key', columns: ['mechanic_id', 'specialization_id'] },
        ],
        indexes: [
          {
            name: 'mechanic_specializations_by_specialization',
            unique: false,
            keys: [{ column: 'specialization_id' }],
          },
        ],
      },
    }),
    op.createTable({
      table: {
        name: 'vehicles',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'customer_id', type: 'integer', nullable: false },
          { name: 'vin', type: 'text(17)', nullable: false },
          { name: 'make', type: 'text(50)', nullable: false },
          { name: 'model', type: 'text(50)', nullable: false },
          { name: 'year', type: 'integer', nullable: false },
          { name: 'color', type: 'text(30)', nullable: true },
          { name: 'mileage', type: 'integer', nullable: false, default: '0' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['customer_id'],
            references: { table: 'customers', columns: ['id'], onDelete: 'cascade' },
          },
          { name: '', type: 'primary key', columns: ['id'] },
        ],
        indexes: [
          { name: 'vehicles_by_customer', unique: false, keys: [{ column: 'customer_id' }] },
          { name: 'vehicles_vin_unique', unique: true, keys: [{ column: 'vin' }] },
        ],
      },
    }),
    op.createTable({
      table: {
        name: 'service_tickets',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'vehicle_id', type: 'integer', nullable: false },
          { name: 'status', type: 'text(20)', nullable: false, default: "'open'" },
          { name: 'priority', type: 'text(10)', nullable: false, default: "'normal'" },
          { name: 'complaint', type: 'text', nullable: false },
          { name: 'opened_at', type: 'text', nullable: false, default: 'current_timestamp' },
          { name: 'closed_at', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['vehicle_id'],
            references: { table: 'vehicles', columns: ['id'], onDelete: 'restrict' },
          },
          { name: '', type: 'primary key', columns: ['id'] },
          {
            name: 'service_tickets_status',
            type: 'check',
            columns: ['status'],
            expression: "service_tickets.status in ('open', 'in_progress', 'waiting', 'completed', 'cancelled')",
          },
        ],
        indexes: [
          { name: 'service_tickets_by_status', unique: false, keys: [{ column: 'status' }, { column: 'priority' }] },
          { name: 'service_tickets_by_vehicle', unique: false, keys: [{ column: 'vehicle_id' }] },
        ],
      },
    }),
    op.createTable({
      table: {
        name: 'ticket_line_items',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'ticket_id', type: 'integer', nullable: false },
          { name: 'service_id', type: 'integer', nullable: false },
          { name: 'package_id', type: 'integer', nullable: true },
          { name: 'quantity', type: 'integer', nullable: false, default: '1' },
          { name: 'unit_price', type: 'numeric', nullable: false },
          { name: 'notes', type: 'text', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['package_id'],
            references: { table: 'service_packages', columns: ['id'], onDelete: 'set null' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'restrict' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
          },
          { name: '', type: 'primary key', columns: ['id'] },
          {
            name: 'ticket_line_items_quantity',
            type: 'check',
            columns: ['quantity'],
            expression: 'ticket_line_items.quantity > 0',
          },
        ],
        indexes: [
          { name: 'ticket_line_items_by_package', unique: false, keys: [{ column: 'package_id' }] },
          { name: 'ticket_line_items_by_service', unique: false, keys: [{ column: 'service_id' }] },
          { name: 'ticket_line_items_by_ticket', unique: false, keys: [{ column: 'ticket_id' }] },
        ],
      },
    }),
    op.createTable({
      table: {
        name: 'ticket_mechanics',
        columns: [
          { name: 'ticket_id', type: 'integer', nullable: false },
          { name: 'mechanic_id', type: 'integer', nullable: false },
          { name: 'role', type: 'text(20)', nullable: false, default: "'lead'" },
          { name: 'hours_worked', type: 'numeric', nullable: false, default: "'0'" },
          { name: 'assigned_at', type: 'text', nullable: false, default: 'current_timestamp' },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['mechanic_id'],
            references: { table: 'mechanics', columns: ['id'], onDelete: 'restrict' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
          },
          { name: '', type: 'primary key', columns: ['ticket_id', 'mechanic_id'] },
        ],
        indexes: [{ name: 'ticket_mechanics_by_mechanic', unique: false, keys: [{ column: 'mechanic_id' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'ticket_parts',
        columns: [
          { name: 'id', type: 'integer', nullable: false },
          { name: 'ticket_id', type: 'integer', nullable: false },
          { name: 'part_id', type: 'integer', nullable: false },
          { name: 'quantity', type: 'integer', nullable: false, default: '1' },
          { name: 'unit_cost', type: 'numeric', nullable: false },
          { name: 'unit_price', type: 'numeric', nullable: false },
          { name: 'warranty_months', type: 'integer', nullable: false, default: '12' },
          { name: 'installed_on', type: 'text', nullable: true },
          { name: 'installed_by', type: 'integer', nullable: true },
        ],
        constraints: [
          {
            name: '',
            type: 'foreign key',
            columns: ['installed_by'],
            references: { table: 'mechanics', columns: ['id'], onDelete: 'set null' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['part_id'],
            references: { table: 'parts', columns: ['id'], onDelete: 'restrict' },
          },
          {
            name: '',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
          },
          { name: '', type: 'primary key', columns: ['id'] },
          {
            name: 'ticket_parts_quantity',
            type: 'check',
            columns: ['quantity'],
            expression: 'ticket_parts.quantity > 0',
          },
          {
            name: 'ticket_parts_warranty',
            type: 'check',
            columns: ['warranty_months'],
            expression: 'ticket_parts.warranty_months >= 0',
          },
        ],
        indexes: [
          { name: 'ticket_parts_by_mechanic', unique: false, keys: [{ column: 'installed_by' }] },
          { name: 'ticket_parts_by_part', unique: false, keys: [{ column: 'part_id' }] },
          { name: 'ticket_parts_by_ticket', unique: false, keys: [{ column: 'ticket_id' }] },
        ],
      },
    }),
  ],
})
