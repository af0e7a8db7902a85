// The modules of the system: the revision that makes each, and its tables.
export const modules: Record<string, { revision: string; tables: string[] }> = {
  sales: { revision: '1_sales', tables: ['showroom_product', 'sales_order', 'customer', 'sales_transaction'] },
  hr: {
    revision: '2_hr',
    tables: [
      'employees',
      'attendance',
      'leaves',
      'payrolls',
      'performance_reviews',
      'job_postings',
      'candidates',
      'job_applications',
      'interviews',
    ],
  },
  dispatch: { revision: '3_dispatch', tables: ['dispatch_request'] },
  fleet: { revision: '4_fleet', tables: ['vehicle', 'transport_job'] },
  'guest-list': { revision: '5_guest_list', tables: ['guest_list'] },
}
