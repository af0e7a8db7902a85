import { op, revision } from 'godwit'

export default revision({
  id: '3ec45d4a1943',
  parents: [],
  message: 'initial schema',
  operations: [
    op.createTable({
      table: {
        name: 'customers',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'first_name', type: 'varchar(50)', nullable: false },
          { name: 'last_name', type: 'varchar(50)', nullable: false },
          { name: 'email', type: 'varchar(255)', nullable: false },
          { name: 'phone', type: 'varchar(20)', nullable: false },
          { name: 'address', type: 'varchar(255)', nullable: true },
          { name: 'password_hash', type: 'varchar(255)', nullable: false },
          { name: 'created_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'customers_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'mechanics',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'first_name', type: 'varchar(50)', nullable: false },
          { name: 'last_name', type: 'varchar(50)', nullable: false },
          { name: 'email', type: 'varchar(255)', nullable: false },
          { name: 'phone', type: 'varchar(20)', nullable: true },
          { name: 'salary', type: 'decimal(10,2)', nullable: false },
          { name: 'hired_on', type: 'date', nullable: false },
          { name: 'active', type: 'tinyint(1)', nullable: false, default: '1' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'mechanics_email_unique', unique: true, keys: [{ column: 'email' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'parts',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'part_number', type: 'varchar(50)', nullable: false },
          { name: 'name', type: 'varchar(100)', nullable: false },
          { name: 'manufacturer', type: 'varchar(100)', nullable: true },
          { name: 'cost', type: 'decimal(10,2)', nullable: false },
          { name: 'price', type: 'decimal(10,2)', nullable: false },
          { name: 'quantity_in_stock', type: 'int', nullable: false, default: '0' },
          { name: 'reorder_level', type: 'int', nullable: false, default: '5' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'parts_stock',
            type: 'check',
            columns: ['quantity_in_stock'],
            expression: '`quantity_in_stock` >= 0',
          },
        ],
        indexes: [{ name: 'parts_part_number_unique', unique: true, keys: [{ column: 'part_number' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_packages',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'name', type: 'varchar(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'price', type: 'decimal(10,2)', nullable: false },
          { name: 'active', type: 'tinyint(1)', nullable: false, default: '1' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'service_packages_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'services',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'name', type: 'varchar(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
          { name: 'base_price', type: 'decimal(10,2)', nullable: false },
          { name: 'estimated_minutes', type: 'int', nullable: false },
          { name: 'active', type: 'tinyint(1)', nullable: false, default: '1' },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'services_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_package_items',
        columns: [
          { name: 'package_id', type: 'int', nullable: false },
          { name: 'service_id', type: 'int', nullable: false },
          { name: 'quantity', type: 'int', nullable: false, default: '1' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['package_id', 'service_id'] },
          {
            name: 'service_package_items_package_id_service_packages_id_fk',
            type: 'foreign key',
            columns: ['package_id'],
            references: { table: 'service_packages', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: 'service_package_items_quantity',
            type: 'check',
            columns: ['quantity'],
            expression: '`quantity` > 0',
          },
          {
            name: 'service_package_items_service_id_services_id_fk',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'] },
          },
        ],
        indexes: [{ name: 'service_package_items_by_service', unique: false, keys: [{ column: 'service_id' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'service_prerequisites',
        columns: [
          { name: 'service_id', type: 'int', nullable: false },
          { name: 'prerequisite_id', type: 'int', nullable: false },
          { name: 'required', type: 'tinyint(1)', nullable: false, default: '1' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['service_id', 'prerequisite_id'] },
          {
            name: 'service_prerequisites_prerequisite_id_services_id_fk',
            type: 'foreign key',
            columns: ['prerequisite_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: 'service_prerequisites_service_id_services_id_fk',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'], onDelete: 'cascade' },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'name', type: 'varchar(100)', nullable: false },
          { name: 'description', type: 'text', nullable: true },
        ],
        constraints: [{ name: 'PRIMARY', type: 'primary key', columns: ['id'] }],
        indexes: [{ name: 'specializations_name_unique', unique: true, keys: [{ column: 'name' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'mechanic_specializations',
        columns: [
          { name: 'mechanic_id', type: 'int', nullable: false },
          { name: 'specialization_id', type: 'int', nullable: false },
          { name: 'certified_on', type: 'date', nullable: false },
          { name: 'expires_on', type: 'date', nullable: true },
          { name: 'certificate_number', type: 'varchar(50)', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['mechanic_id', 'specialization_id'] },
          {
            name: 'mechanic_specializations_mechanic_id_mechanics_id_fk',
            type: 'foreign key',
            columns: ['mechanic_id'],
            references: { table: 'mechanics', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: 'mechanic_specializations_specialization_id_specializations_id_fk',
            type: 'foreign key',
            columns: ['specialization_id'],
            references: { table: 'specializations', columns: ['id'] },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'customer_id', type: 'int', nullable: false },
          { name: 'vin', type: 'varchar(17)', nullable: false },
          { name: 'make', type: 'varchar(50)', nullable: false },
          { name: 'model', type: 'varchar(50)', nullable: false },
          { name: 'year', type: 'int', nullable: false },
          { name: 'color', type: 'varchar(30)', nullable: true },
          { name: 'mileage', type: 'int', nullable: false, default: '0' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'vehicles_customer_id_customers_id_fk',
            type: 'foreign key',
            columns: ['customer_id'],
            references: { table: 'customers', columns: ['id'], onDelete: 'cascade' },
          },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'vehicle_id', type: 'int', nullable: false },
          { name: 'status', type: 'varchar(20)', nullable: false, default: "'open'" },
          { name: 'priority', type: 'varchar(10)', nullable: false, default: "'normal'" },
          { name: 'complaint', type: 'text', nullable: false },
          { name: 'opened_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
          { name: 'closed_at', type: 'datetime', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'service_tickets_status',
            type: 'check',
            columns: ['status'],
            expression: "`status` in ('open','in_progress','waiting','completed','cancelled')",
          },
          {
            name: 'service_tickets_vehicle_id_vehicles_id_fk',
            type: 'foreign key',
            columns: ['vehicle_id'],
            references: { table: 'vehicles', columns: ['id'] },
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
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'ticket_id', type: 'int', nullable: false },
          { name: 'service_id', type: 'int', nullable: false },
          { name: 'package_id', type: 'int', nullable: true },
          { name: 'quantity', type: 'int', nullable: false, default: '1' },
          { name: 'unit_price', type: 'decimal(10,2)', nullable: false },
          { name: 'notes', type: 'text', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'ticket_line_items_package_id_service_packages_id_fk',
            type: 'foreign key',
            columns: ['package_id'],
            references: { table: 'service_packages', columns: ['id'], onDelete: 'set null' },
          },
          { name: 'ticket_line_items_quantity', type: 'check', columns: ['quantity'], expression: '`quantity` > 0' },
          {
            name: 'ticket_line_items_service_id_services_id_fk',
            type: 'foreign key',
            columns: ['service_id'],
            references: { table: 'services', columns: ['id'] },
          },
          {
            name: 'ticket_line_items_ticket_id_service_tickets_id_fk',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
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
          { name: 'ticket_id', type: 'int', nullable: false },
          { name: 'mechanic_id', type: 'int', nullable: false },
          { name: 'role', type: 'varchar(20)', nullable: false, default: "'lead'" },
          { name: 'hours_worked', type: 'decimal(10,2)', nullable: false, default: '0.00' },
          { name: 'assigned_at', type: 'datetime', nullable: false, default: 'current_timestamp()' },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['ticket_id', 'mechanic_id'] },
          {
            name: 'ticket_mechanics_mechanic_id_mechanics_id_fk',
            type: 'foreign key',
            columns: ['mechanic_id'],
            references: { table: 'mechanics', columns: ['id'] },
          },
          {
            name: 'ticket_mechanics_ticket_id_service_tickets_id_fk',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
          },
        ],
        indexes: [{ name: 'ticket_mechanics_by_mechanic', unique: false, keys: [{ column: 'mechanic_id' }] }],
      },
    }),
    op.createTable({
      table: {
        name: 'ticket_parts',
        columns: [
          { name: 'id', type: 'int', nullable: false, identity: { kind: 'auto increment' } },
          { name: 'ticket_id', type: 'int', nullable: false },
          { name: 'part_id', type: 'int', nullable: false },
          { name: 'quantity', type: 'int', nullable: false, default: '1' },
          { name: 'unit_cost', type: 'decimal(10,2)', nullable: false },
          { name: 'unit_price', type: 'decimal(10,2)', nullable: false },
          { name: 'warranty_months', type: 'int', nullable: false, default: '12' },
          { name: 'installed_on', type: 'date', nullable: true },
          { name: 'installed_by', type: 'int', nullable: true },
        ],
        constraints: [
          { name: 'PRIMARY', type: 'primary key', columns: ['id'] },
          {
            name: 'ticket_parts_installed_by_mechanics_id_fk',
            type: 'foreign key',
            columns: ['installed_by'],
            references: { table: 'mechanics', columns: ['id'], onDelete: 'set null' },
          },
          {
            name: 'ticket_parts_part_id_parts_id_fk',
            type: 'foreign key',
            columns: ['part_id'],
            references: { table: 'parts', columns: ['id'] },
          },
          { name: 'ticket_parts_quantity', type: 'check', columns: ['quantity'], expression: '`quantity` > 0' },
          {
            name: 'ticket_parts_ticket_id_service_tickets_id_fk',
            type: 'foreign key',
            columns: ['ticket_id'],
            references: { table: 'service_tickets', columns: ['id'], onDelete: 'cascade' },
          },
          {
            name: 'ticket_parts_warranty',
            type: 'check',
            columns: ['warranty_months'],
            expression: '`warranty_months` >= 0',
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
