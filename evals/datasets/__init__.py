"""Readers for public data sets: one module a set, frozen values, errors that name file, record and field.

The sets lie beside the project and are read there; nothing of them is copied
into it. What may be trained on is said in each reader; `splitting` keeps whole
documents apart, so that no passage stands on both sides.

========================  =====================================  ==================
module                    set                                    use
========================  =====================================  ==================
`squad`                   SQuAD 2.0                              training (slice)
`swequad`                 SweQUAD-MC                             training (its half)
`conditionalqa`           ConditionalQA on GOV.UK pages          training (its pages)
`gnome_help`              GNOME help in several languages        training
`parallel_rows`           LibreOffice help, BEIR-like folders    training
`bipia`                   BIPIA attacks and contexts             adversarial tests
`hard_documents`          pypdf's and py-pdf's files, manuals    loaders
`policy_documents`        five policy documents                  whole chain
========================  =====================================  ==================
"""
